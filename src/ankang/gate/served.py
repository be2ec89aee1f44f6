"""The application object that granian's workers import."""

from ankang.config.settings import load_settings
from ankang.gate.rsgi import GateRsgi

app = GateRsgi(load_settings())
