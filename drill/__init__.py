"""The drill: floods a house, kills, stops, doubles and reorders, and then counts what is lost or happened twice.

`stage` is a house on private or named servers, `people` use it and keep a ledger, `check` compares the two, `run`
does its parts to it, `report` says how it went. `tests/faults` runs the short forms, `hub drill` and `make drill` all.
"""
