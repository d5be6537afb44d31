"""What reaches across tenants, answered by the least there is (tenants/enrolment_lists.py)."""

FUNCTIONS = (
    # Asked by a buyer that enrols: which of these companies are on the platform and must be asked themselves. It
    # passes by the door for this one answer; were it to fail, the setting goes back with the transaction.
    """
    create or replace function greenlink_companies(credit_codes text[]) returns table (id bigint, uscc text)
    language plpgsql as $$
    declare
        was text := coalesce(current_setting('greenlink.door', true), '');
    begin
        perform set_config('greenlink.door', 'credit codes', true);
        return query select s.id, s.uscc::text from suppliers_supplier s where s.uscc = any (credit_codes);
        perform set_config('greenlink.door', was, true);
    end $$
    """,
)
