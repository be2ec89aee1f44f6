from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "ankang.base"
    label = "base"
    verbose_name = "Foundations"
    default_auto_field = "django.db.models.BigAutoField"
