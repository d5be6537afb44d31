"""The review of a submitted inventory online, from the assignment to the opinion (ISO 14064-3).

independence   whether a person or a body may review a company
actions        assign, begin, confirm the sample, check lines, return
findings       raise, answer, ask again, close
opinions       give and confirm the opinion; the confirmed act issues the statement
queries        what pages and API ask
"""
