"""Pure arithmetic of the ground floor: no Django, no input or output, arrays in and arrays out.

Names and units used throughout

===================  ==============  =====================================================================
name                 unit            meaning
===================  ==============  =====================================================================
quantity             base unit       amount of a carrier in the carrier's base unit, exact Decimal
quantity_given       as given        the number as it stood in the cell
unit_given           --              the unit as it stood in the cell
start, end           day             first and last day of a period, both inside it
days                 d               length of a period or piece, end - start + 1
piece                --              the part of a period that lies in one calendar month
carrier              --              code of what is consumed (``electricity``, ``natural_gas`` ...)
emissions_kgco2e     kgCO2e          quantity x emission factor
energy_kgce          kgce            quantity x standard-coal coefficient; 1 kgce = 29 307.6 kJ
row                  --              row number as a spreadsheet shows it, counted from 1 with title lines
===================  ==============  =====================================================================

Base units: kWh for electricity, MJ for heat and steam, m3 for natural gas (20 degC) and water, kg for
all other fuels and for gases. ``STORAGE_PLACES`` decimals of a base unit are kept everywhere (a
millionth: a milligram, a thousandth of a watt-hour); the rest of the house rounds only for display.
"""

from decimal import Decimal

STORAGE_PLACES = 6
STORAGE_STEP = Decimal(1).scaleb(-STORAGE_PLACES)
