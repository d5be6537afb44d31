import time
from decimal import Decimal
from tests.suppliers.disclosure.test_instruments import *  # noqa
from tests.suppliers.disclosure.test_instruments import handed_in

def test_big(world, callbacks):
    t=time.time()
    a=handed_in(world, world.alice, world.supplier, callbacks, kwh=Decimal(200_000_000), serial_from="G000000", serial_to="G199999")
    t1=time.time()
    b=handed_in(world, world.charlie, world.neighbour, callbacks, kwh=Decimal(200_000_000), serial_from="G000000", serial_to="G199999")
    t2=time.time()
    print("TIMES", t1-t, t2-t1, fresh(a).collided_at, fresh(b).collided_at)
