-- Whole turns that are taken back before their bills are sent; days on which nobody works; when bills
-- are due.

insert into role_permission (role, permission, limit_cents, four_eyes, from_at) values
    ('billing-analyst', 'cancel-run', null, 1, 0),
    ('administrator', 'cancel-run', null, 1, 0);

-- A bill that is taken back, or is about to be with its whole turn, is sent to nobody -----------------

-- +sqlite
create trigger piece_event_taken_back before insert on piece_event
when new.state in ('sending', 'sent')
  and coalesce((select e.state from piece_event e where e.piece_id = new.piece_id
                order by e.position desc limit 1), 'queued') = 'queued'
  and exists (
    select 1 from piece p join bill b on b.id = p.bill_id
    where p.id = new.piece_id and (
        exists (select 1 from bill_cancelled c where c.bill_id = b.id)
        or exists (select 1 from run r where r.window_id = b.window_id and r.stage = 'cancelling')))
begin select raise(abort, 'piece_event: taken back'); end;
-- +postgres
create function piece_event_taken_back() returns trigger language plpgsql as $$
begin
    if new.state in ('sending', 'sent')
        and coalesce((select e.state from piece_event e where e.piece_id = new.piece_id
                      order by e.position desc limit 1), 'queued') = 'queued'
    then
        -- Whoever takes the turn back at this moment waits here, or we wait for them.
        perform 1 from run r
        where r.window_id = (select b.window_id from piece p join bill b on b.id = p.bill_id
                             where p.id = new.piece_id)
        for share;
        if exists (
            select 1 from piece p join bill b on b.id = p.bill_id
            where p.id = new.piece_id and (
                exists (select 1 from bill_cancelled c where c.bill_id = b.id)
                or exists (select 1 from run r where r.window_id = b.window_id and r.stage = 'cancelling')))
        then
            raise exception 'piece_event: taken back';
        end if;
    end if;
    return new;
end $$;
create trigger piece_event_taken_back before insert on piece_event
for each row execute function piece_event_taken_back();
-- +both

-- A text that says on which days the utility works and when bills are due, from a day on --------------

create table billing_calendar (
    from_on text primary key,
    text text not null
);

-- +sqlite
create trigger billing_calendar_stays before delete on billing_calendar begin select raise(abort, 'billing_calendar: never changes'); end;
create trigger billing_calendar_same before update on billing_calendar begin select raise(abort, 'billing_calendar: never changes'); end;
create trigger billing_calendar_once before insert on billing_calendar begin
    select raise(abort, 'UNIQUE constraint failed: billing_calendar.from_on') where exists (select 1 from billing_calendar where from_on = new.from_on);
    select raise(abort, 'UNIQUE constraint failed: billing_calendar.rowid') where exists (select 1 from billing_calendar where rowid = new.rowid);
end;
-- +postgres
create trigger billing_calendar_stays before update or delete on billing_calendar for each row execute function never_changes();
create trigger billing_calendar_all before truncate on billing_calendar for each statement execute function never_changes();
-- +both
