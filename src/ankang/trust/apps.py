from django.apps import AppConfig


class TrustConfig(AppConfig):
    name = "ankang.trust"
    label = "trust"
    verbose_name = "Keys and trust"
    default_auto_field = "django.db.models.BigAutoField"
