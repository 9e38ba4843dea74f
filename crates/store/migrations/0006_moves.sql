-- The customer and service record: who has what to do with an account, what is known of people and
-- places, who takes over between tenants, and the moves that start and stop service.
--
-- Details, parties, registrations and landlords may change: to_on, once, when something else follows.

-- People ----------------------------------------------------------------------------------------

create table party (
    id bigint primary key,
    account_id bigint not null references account (id),
    person_id bigint not null references person (id),
    role text not null,
    from_on text not null,
    to_on text,
    check (to_on is null or from_on < to_on)
);
create index party_account on party (account_id, role, from_on);
create index party_person on party (person_id);
insert into party (id, account_id, person_id, role, from_on, to_on)
select id, id, person_id, 'main', opened_on, null from account;
insert into counter (name, last) select 'party', coalesce(max(id), 0) from account;

-- What a contact point may be used for, as its person said.
create table contact_consent (
    contact_id bigint not null references contact (id),
    purpose text not null,
    from_on text not null,
    to_on text,
    primary key (contact_id, purpose, from_on),
    check (to_on is null or from_on < to_on)
);

-- May change: undone_at, once.
create table person_merge (
    id bigint primary key,
    kept_id bigint not null references person (id),
    merged_id bigint not null references person (id),
    merged_at bigint not null,
    undone_at bigint,
    check (kept_id <> merged_id)
);
create unique index person_merged on person_merge (merged_id) where undone_at is null;

-- What a merge moved from one person to the other, so that it can be moved back.
create table person_merge_moved (
    merge_id bigint not null references person_merge (id),
    what text not null,
    moved_id bigint not null,
    primary key (merge_id, what, moved_id)
);

-- What more is known ----------------------------------------------------------------------------

create table person_detail (
    id bigint primary key,
    person_id bigint not null references person (id),
    kind text not null,
    value text not null,
    from_on text not null,
    to_on text,
    check (to_on is null or from_on < to_on)
);
create index person_detail_of on person_detail (person_id, kind, from_on);

create table premise_detail (
    id bigint primary key,
    premise_id bigint not null references premise (id),
    kind text not null,
    value text not null,
    from_on text not null,
    to_on text,
    check (to_on is null or from_on < to_on)
);
create index premise_detail_of on premise_detail (premise_id, kind, from_on);

create table service_point_detail (
    id bigint primary key,
    service_point_id bigint not null references service_point (id),
    kind text not null,
    value text not null,
    from_on text not null,
    to_on text,
    check (to_on is null or from_on < to_on)
);
create index service_point_detail_of on service_point_detail (service_point_id, kind, from_on);

-- The address as it is compared.
alter table premise add column key text not null default '';
create index premise_key on premise (key);

-- A change of the multiplier ends one channel and begins another. null: for as long as the meter.
alter table channel add column from_on text;
alter table channel add column to_on text;

create table registration (
    id bigint primary key,
    account_id bigint not null references account (id),
    kind text not null,
    name text not null,
    certificate text not null,
    from_on text not null,
    to_on text,
    review_on text,
    check (to_on is null or from_on < to_on)
);
create index registration_account on registration (account_id, kind, from_on);
create index registration_review on registration (review_on);

-- Who takes service at a premise over when a tenant ends, and on which tariff.
create table landlord (
    id bigint primary key,
    premise_id bigint not null references premise (id),
    account_id bigint not null references account (id),
    commodity text not null,
    tariff text not null,
    from_on text not null,
    to_on text,
    check (to_on is null or from_on < to_on)
);
create index landlord_premise on landlord (premise_id, commodity, from_on);
create index landlord_account on landlord (account_id);

-- Moves -----------------------------------------------------------------------------------------

create table fee (
    name text not null,
    act text not null,
    class text,
    from_on text not null,
    to_on text,
    amount_cents bigint not null check (0 <= amount_cents),
    label_en text not null,
    label_es text not null,
    primary key (name, from_on),
    check (to_on is null or from_on < to_on)
);

create table deposit_rule (
    class text not null,
    credit text not null,
    from_on text not null,
    to_on text,
    amount_cents bigint not null check (0 <= amount_cents),
    primary key (class, credit, from_on),
    check (to_on is null or from_on < to_on)
);

create table move (
    id bigint primary key,
    kind text not null,
    account_id bigint not null references account (id)
);
create index move_account on move (account_id);

-- What was said of a move, one after the other; the highest version holds.
create table move_version (
    move_id bigint not null references move (id),
    version bigint not null check (1 <= version),
    said text not null check (said in ('asked', 'redated', 'cancelled')),
    starts_on text,
    stops_on text,
    said_at bigint not null,
    staff_id bigint references staff (id),
    primary key (move_id, version)
);

-- What a version does. A cancelled move's agreement is gone, so agreement_id points at nothing then.
create table move_effect (
    move_id bigint not null,
    version bigint not null,
    position bigint not null,
    kind text not null,
    account_id bigint not null references account (id),
    service_point_id bigint references service_point (id),
    agreement_id bigint,
    effect_on text not null,
    until_on text,
    tariff text,
    amount_cents bigint,
    word text not null,
    label_en text not null,
    label_es text not null,
    primary key (move_id, version, position),
    foreign key (move_id, version) references move_version (move_id, version)
);
create index move_effect_agreement on move_effect (agreement_id);
create index move_effect_account on move_effect (account_id, kind);

-- What moves ask the field for. May change: withdrawn_at, once.
create table order_request (
    id bigint primary key,
    kind text not null,
    account_id bigint not null references account (id),
    service_point_id bigint not null references service_point (id),
    wanted_on text not null,
    move_id bigint not null references move (id),
    asked_at bigint not null,
    withdrawn_at bigint
);
create index order_request_move on order_request (move_id);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger person_merge_moved_stays before delete on person_merge_moved begin select raise(abort, 'person_merge_moved: never changes'); end;
create trigger person_merge_moved_same before update on person_merge_moved begin select raise(abort, 'person_merge_moved: never changes'); end;
create trigger move_stays before delete on move begin select raise(abort, 'move: never changes'); end;
create trigger move_same before update on move begin select raise(abort, 'move: never changes'); end;
create trigger move_version_stays before delete on move_version begin select raise(abort, 'move_version: never changes'); end;
create trigger move_version_same before update on move_version begin select raise(abort, 'move_version: never changes'); end;
create trigger move_effect_stays before delete on move_effect begin select raise(abort, 'move_effect: never changes'); end;
create trigger move_effect_same before update on move_effect begin select raise(abort, 'move_effect: never changes'); end;
create trigger person_merge_moved_once before insert on person_merge_moved begin
    select raise(abort, 'UNIQUE constraint failed: person_merge_moved.merge_id, person_merge_moved.what, person_merge_moved.moved_id') where exists (select 1 from person_merge_moved where merge_id = new.merge_id and what = new.what and moved_id = new.moved_id);
    select raise(abort, 'UNIQUE constraint failed: person_merge_moved.rowid') where exists (select 1 from person_merge_moved where rowid = new.rowid);
end;
create trigger move_once before insert on move begin
    select raise(abort, 'UNIQUE constraint failed: move.id') where exists (select 1 from move where id = new.id);
end;
create trigger move_version_once before insert on move_version begin
    select raise(abort, 'UNIQUE constraint failed: move_version.move_id, move_version.version') where exists (select 1 from move_version where move_id = new.move_id and version = new.version);
    select raise(abort, 'UNIQUE constraint failed: move_version.rowid') where exists (select 1 from move_version where rowid = new.rowid);
end;
create trigger move_effect_once before insert on move_effect begin
    select raise(abort, 'UNIQUE constraint failed: move_effect.move_id, move_effect.version, move_effect.position') where exists (select 1 from move_effect where move_id = new.move_id and version = new.version and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: move_effect.rowid') where exists (select 1 from move_effect where rowid = new.rowid);
end;
-- +postgres
create trigger person_merge_moved_stays before update or delete on person_merge_moved for each row execute function never_changes();
create trigger person_merge_moved_all before truncate on person_merge_moved for each statement execute function never_changes();
create trigger move_stays before update or delete on move for each row execute function never_changes();
create trigger move_all before truncate on move for each statement execute function never_changes();
create trigger move_version_stays before update or delete on move_version for each row execute function never_changes();
create trigger move_version_all before truncate on move_version for each statement execute function never_changes();
create trigger move_effect_stays before update or delete on move_effect for each row execute function never_changes();
create trigger move_effect_all before truncate on move_effect for each statement execute function never_changes();
-- +both

-- No two at once ----------------------------------------------------------------------------------

-- +sqlite
create trigger party_overlap_on_insert before insert on party
when exists (
    select 1 from party it
    where it.account_id = new.account_id and it.role = new.role
      and new.role = 'main' and it.id <> new.id
      and (new.to_on is null or it.from_on < new.to_on)
      and (it.to_on is null or new.from_on < it.to_on))
begin select raise(abort, 'main customer: overlaps'); end;
create trigger party_overlap_on_update before update on party
when exists (
    select 1 from party it
    where it.account_id = new.account_id and it.role = new.role
      and new.role = 'main' and it.id <> new.id
      and (new.to_on is null or it.from_on < new.to_on)
      and (it.to_on is null or new.from_on < it.to_on))
begin select raise(abort, 'main customer: overlaps'); end;
create trigger landlord_overlap_on_insert before insert on landlord
when exists (
    select 1 from landlord it
    where it.premise_id = new.premise_id and it.commodity = new.commodity
      and 1 = 1 and it.id <> new.id
      and (new.to_on is null or it.from_on < new.to_on)
      and (it.to_on is null or new.from_on < it.to_on))
begin select raise(abort, 'landlord: overlaps'); end;
create trigger landlord_overlap_on_update before update on landlord
when exists (
    select 1 from landlord it
    where it.premise_id = new.premise_id and it.commodity = new.commodity
      and 1 = 1 and it.id <> new.id
      and (new.to_on is null or it.from_on < new.to_on)
      and (it.to_on is null or new.from_on < it.to_on))
begin select raise(abort, 'landlord: overlaps'); end;
create trigger person_detail_overlap_on_insert before insert on person_detail
when exists (
    select 1 from person_detail it
    where it.person_id = new.person_id and it.kind = new.kind
      and new.kind not in ('verified', 'former-name') and it.id <> new.id
      and (new.to_on is null or it.from_on < new.to_on)
      and (it.to_on is null or new.from_on < it.to_on))
begin select raise(abort, 'detail: overlaps'); end;
create trigger person_detail_overlap_on_update before update on person_detail
when exists (
    select 1 from person_detail it
    where it.person_id = new.person_id and it.kind = new.kind
      and new.kind not in ('verified', 'former-name') and it.id <> new.id
      and (new.to_on is null or it.from_on < new.to_on)
      and (it.to_on is null or new.from_on < it.to_on))
begin select raise(abort, 'detail: overlaps'); end;
create trigger premise_detail_overlap_on_insert before insert on premise_detail
when exists (
    select 1 from premise_detail it
    where it.premise_id = new.premise_id and it.kind = new.kind
      and new.kind <> 'hazard' and it.id <> new.id
      and (new.to_on is null or it.from_on < new.to_on)
      and (it.to_on is null or new.from_on < it.to_on))
begin select raise(abort, 'detail: overlaps'); end;
create trigger premise_detail_overlap_on_update before update on premise_detail
when exists (
    select 1 from premise_detail it
    where it.premise_id = new.premise_id and it.kind = new.kind
      and new.kind <> 'hazard' and it.id <> new.id
      and (new.to_on is null or it.from_on < new.to_on)
      and (it.to_on is null or new.from_on < it.to_on))
begin select raise(abort, 'detail: overlaps'); end;
create trigger service_point_detail_overlap_on_insert before insert on service_point_detail
when exists (
    select 1 from service_point_detail it
    where it.service_point_id = new.service_point_id and it.kind = new.kind
      and 1 = 1 and it.id <> new.id
      and (new.to_on is null or it.from_on < new.to_on)
      and (it.to_on is null or new.from_on < it.to_on))
begin select raise(abort, 'detail: overlaps'); end;
create trigger service_point_detail_overlap_on_update before update on service_point_detail
when exists (
    select 1 from service_point_detail it
    where it.service_point_id = new.service_point_id and it.kind = new.kind
      and 1 = 1 and it.id <> new.id
      and (new.to_on is null or it.from_on < new.to_on)
      and (it.to_on is null or new.from_on < it.to_on))
begin select raise(abort, 'detail: overlaps'); end;
create trigger registration_overlap_on_insert before insert on registration
when exists (
    select 1 from registration it
    where it.account_id = new.account_id and it.kind = new.kind and it.name = new.name
      and 1 = 1 and it.id <> new.id
      and (new.to_on is null or it.from_on < new.to_on)
      and (it.to_on is null or new.from_on < it.to_on))
begin select raise(abort, 'registration: overlaps'); end;
create trigger registration_overlap_on_update before update on registration
when exists (
    select 1 from registration it
    where it.account_id = new.account_id and it.kind = new.kind and it.name = new.name
      and 1 = 1 and it.id <> new.id
      and (new.to_on is null or it.from_on < new.to_on)
      and (it.to_on is null or new.from_on < it.to_on))
begin select raise(abort, 'registration: overlaps'); end;
-- +postgres
create function party_overlaps() returns trigger language plpgsql as $$
begin
    -- Whoever asks about the same one waits here, so that two cannot slip in at once.
    perform 1 from account where id = new.account_id for update;
    if exists (
        select 1 from party it
        where it.account_id = new.account_id and it.role = new.role
          and new.role = 'main' and it.id <> new.id
          and (new.to_on is null or it.from_on < new.to_on)
          and (it.to_on is null or new.from_on < it.to_on))
    then
        raise exception 'main customer: overlaps';
    end if;
    return new;
end $$;
create trigger party_overlap before insert or update on party
for each row execute function party_overlaps();
create function landlord_overlaps() returns trigger language plpgsql as $$
begin
    -- Whoever asks about the same one waits here, so that two cannot slip in at once.
    perform 1 from premise where id = new.premise_id for update;
    if exists (
        select 1 from landlord it
        where it.premise_id = new.premise_id and it.commodity = new.commodity
          and 1 = 1 and it.id <> new.id
          and (new.to_on is null or it.from_on < new.to_on)
          and (it.to_on is null or new.from_on < it.to_on))
    then
        raise exception 'landlord: overlaps';
    end if;
    return new;
end $$;
create trigger landlord_overlap before insert or update on landlord
for each row execute function landlord_overlaps();
create function person_detail_overlaps() returns trigger language plpgsql as $$
begin
    -- Whoever asks about the same one waits here, so that two cannot slip in at once.
    perform 1 from person where id = new.person_id for update;
    if exists (
        select 1 from person_detail it
        where it.person_id = new.person_id and it.kind = new.kind
          and new.kind not in ('verified', 'former-name') and it.id <> new.id
          and (new.to_on is null or it.from_on < new.to_on)
          and (it.to_on is null or new.from_on < it.to_on))
    then
        raise exception 'detail: overlaps';
    end if;
    return new;
end $$;
create trigger person_detail_overlap before insert or update on person_detail
for each row execute function person_detail_overlaps();
create function premise_detail_overlaps() returns trigger language plpgsql as $$
begin
    -- Whoever asks about the same one waits here, so that two cannot slip in at once.
    perform 1 from premise where id = new.premise_id for update;
    if exists (
        select 1 from premise_detail it
        where it.premise_id = new.premise_id and it.kind = new.kind
          and new.kind <> 'hazard' and it.id <> new.id
          and (new.to_on is null or it.from_on < new.to_on)
          and (it.to_on is null or new.from_on < it.to_on))
    then
        raise exception 'detail: overlaps';
    end if;
    return new;
end $$;
create trigger premise_detail_overlap before insert or update on premise_detail
for each row execute function premise_detail_overlaps();
create function service_point_detail_overlaps() returns trigger language plpgsql as $$
begin
    -- Whoever asks about the same one waits here, so that two cannot slip in at once.
    perform 1 from service_point where id = new.service_point_id for update;
    if exists (
        select 1 from service_point_detail it
        where it.service_point_id = new.service_point_id and it.kind = new.kind
          and 1 = 1 and it.id <> new.id
          and (new.to_on is null or it.from_on < new.to_on)
          and (it.to_on is null or new.from_on < it.to_on))
    then
        raise exception 'detail: overlaps';
    end if;
    return new;
end $$;
create trigger service_point_detail_overlap before insert or update on service_point_detail
for each row execute function service_point_detail_overlaps();
create function registration_overlaps() returns trigger language plpgsql as $$
begin
    -- Whoever asks about the same one waits here, so that two cannot slip in at once.
    perform 1 from account where id = new.account_id for update;
    if exists (
        select 1 from registration it
        where it.account_id = new.account_id and it.kind = new.kind and it.name = new.name
          and 1 = 1 and it.id <> new.id
          and (new.to_on is null or it.from_on < new.to_on)
          and (it.to_on is null or new.from_on < it.to_on))
    then
        raise exception 'registration: overlaps';
    end if;
    return new;
end $$;
create trigger registration_overlap before insert or update on registration
for each row execute function registration_overlaps();
-- +both
