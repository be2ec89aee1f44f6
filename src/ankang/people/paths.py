"""Where a page may send its reader next."""

from django.utils.http import url_has_allowed_host_and_scheme


def local_path(path: str, otherwise: str) -> str:
    """``path`` if it is an address of this site without a host, else ``otherwise``: nobody is sent elsewhere."""
    one_slash = path.startswith("/") and path[1:2] not in ("/", "\\")  # browsers read a backslash as a slash
    fits = one_slash and len(path) <= 500 and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if fits else otherwise
