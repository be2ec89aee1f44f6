"""`ankang up`: the whole product under one command, on one port, with nothing left behind."""
