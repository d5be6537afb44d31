"""The signed statement: what it says, who signed it, who may check it.

numbers   drawn by lot, with a check character
payload   what a statement says, in plain fields
signing   the canonical bytes, the signature over them, the public key
actions   issue, withdraw, use as evidence
public    what anybody who holds a number reads
paper     the same as a PDF in Chinese and English with a QR code
queries   the statements of a tenant
"""
