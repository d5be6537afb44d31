"""Getting in: login, second factor, company login. Built on django-allauth; see docs/decisions/0012-accounts.md."""
