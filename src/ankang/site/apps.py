from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Holds the templates, static files and translations that belong to the whole house."""

    name = "ankang.site"
    label = "site"
    verbose_name = "Site"

    def ready(self) -> None:
        """Fill the ports of the console: work lists, actions on many rows, search, exports, counts of saved filters."""
        from ankang.base import saved_filters

        from . import bulk, finding, taking, work
        from .console_lists import count_at

        work.plug_in()
        bulk.plug_in()
        taking.plug_in()
        finding.plug_in()
        saved_filters.plug_in(count_at)
