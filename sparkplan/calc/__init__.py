"""Pure arithmetic of Spark Action: arrays in, arrays out; no Django, no files.

Glossary (unit in the name wherever a number crosses a boundary):
    saving_kwh        electricity not bought from the grid [kWh]; PV supply counts as saving
    expected_kwh      what the estimate promises for a period [kWh]
    measured_kwh      what the meters show for a period [kWh]; NaN = not measured, never zero
    days              length of a period [d]
    investment_cny    money spent once, at the start [CNY]
    cash_flows_cny    money in (+) and out (−) at the ends of years 0, 1, 2 … [CNY]
    factor_kgco2_per_kwh   emission factor of grid electricity [kgCO2/kWh]
"""
