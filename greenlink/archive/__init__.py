"""All data of a supplier in one file that needs no GreenLink to be read: tables as CSV, documents as they came.

tables    which kinds there are and what stands in their columns
packing   values as text, members of the ZIP, what the README says
building  the job that makes the file, in the supplier's own scope
actions   ask for one, remove one
views     the page
"""
