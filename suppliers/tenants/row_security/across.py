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
    # What a verification body reads beside the versions it reviews. Nobody else asks further than the first line.
    """
    create or replace function greenlink_reviewed(kind text) returns setof bigint
    language plpgsql stable parallel safe set search_path from current as $$
    begin
        if greenlink_own('body') is null then
            return;
        end if;
        if kind = 'supplier' then
            return query select a.supplier_id from suppliers_assignment a;
        elsif kind = 'site' then
            return query select distinct l.site_id from suppliers_inventoryline l where l.site_id is not null;
        elsif kind = 'upload' then
            return query select distinct l.upload_id from suppliers_inventoryline l where l.upload_id is not null;
        elsif kind = 'evidence' then
            return query select distinct l.evidence_id from suppliers_inventoryline l where l.evidence_id is not null
                union select r.evidence_id from suppliers_findingreply r where r.evidence_id is not null
                union select o.evidence_id from suppliers_ownfactor o where o.evidence_id is not null;
        elsif kind = 'own_factor' then
            return query select distinct l.own_factor_id from suppliers_inventoryline l
                where l.own_factor_id is not null;
        end if;
    end $$
    """,
    # Asked by a program that assigns a verifier, and when one begins: is or was this person a member of the company,
    # or (`verifying`) is it one of the body today. One of the two is null, and null equals nothing.
    """
    create or replace function greenlink_belongs(person bigint, company bigint, verifying bigint) returns boolean
    language plpgsql as $$
    declare
        was text := coalesce(current_setting('greenlink.door', true), '');
        found boolean;
    begin
        perform set_config('greenlink.door', 'independence', true);
        found := exists (select 1 from suppliers_membership where user_id = person
                         and (supplier_id = company or (body_id = verifying and revoked_at is null)));
        perform set_config('greenlink.door', was, true);
        return found;
    end $$
    """,
    # What `greenlink_belongs` took the place of.
    "drop function if exists greenlink_has_belonged(bigint, bigint)",
    "drop function if exists greenlink_is_of_body(bigint, bigint)",
)
