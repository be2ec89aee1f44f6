from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Holds the templates, static files and translations that belong to the whole house."""

    name = "ankang.site"
    label = "site"
    verbose_name = "Site"
