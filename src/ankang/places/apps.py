from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlacesConfig(AppConfig):
    name = "ankang.places"
    label = "places"
    verbose_name = _("Places and devices")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The rooms below may ask for names and subtrees of organisations."""
        from ankang.base.organisations import plug_in

        from .services import archive, policy_releases
        from .tree import OrganisationTree

        plug_in(OrganisationTree())
        policy_releases.register()
        archive.register()
