import time
from tests.gate.ground import *
def test_x(ground):
    print("pid", ground.server.pid, ground.settings.database_url)
    ground.kill_database()
    for i in range(5):
        print("after", ground.server.pid); time.sleep(0.5)
    try: print(ground.sql("select 1"))
    except Exception as e: print("sql", type(e), str(e)[:100])
