-- Facts that posted bills stand on, told otherwise. The tables of facts say what is believed; what each
-- telling put an end to is kept beside it, so that what was believed at any earlier one is what the
-- first telling after it put an end to, and else what is believed still.

create table telling (
    id bigint primary key,
    said text not null,
    was text not null,
    why text not null,
    evidence text not null,
    told_at bigint not null
);

-- An agreement, and what it said of itself, until something of it was told otherwise.
create table agreement_was (
    telling_id bigint not null references telling (id),
    agreement_id bigint not null,
    tariff text not null,
    from_on text not null,
    to_on text,
    primary key (telling_id, agreement_id)
);
create index agreement_was_of on agreement_was (agreement_id, telling_id);

create table agreement_term_was (
    telling_id bigint not null references telling (id),
    agreement_id bigint not null,
    kind text not null,
    name text not null,
    from_on text not null,
    to_on text,
    value text not null,
    certificate text not null,
    primary key (telling_id, agreement_id, kind, name, from_on)
);

-- Which meters hung at a service point, with the channels that counted, until that was told otherwise.
create table hung_was (
    telling_id bigint not null references telling (id),
    service_point_id bigint not null references service_point (id),
    installation_id bigint not null,
    meter_id bigint not null references meter (id),
    from_on text not null,
    to_on text,
    channel_id bigint not null references channel (id),
    primary key (telling_id, installation_id, channel_id)
);
create index hung_was_at on hung_was (service_point_id, telling_id);

-- The newest telling that a segment knew of.
alter table segment_origin add column through_telling bigint not null default 0;

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger telling_stays before delete on telling begin select raise(abort, 'telling: never changes'); end;
create trigger telling_same before update on telling begin select raise(abort, 'telling: never changes'); end;
create trigger telling_once before insert on telling begin
    select raise(abort, 'UNIQUE constraint failed: telling.id') where exists (select 1 from telling where id = new.id);
    select raise(abort, 'UNIQUE constraint failed: telling.rowid') where exists (select 1 from telling where rowid = new.rowid);
end;
create trigger agreement_was_stays before delete on agreement_was begin select raise(abort, 'agreement_was: never changes'); end;
create trigger agreement_was_same before update on agreement_was begin select raise(abort, 'agreement_was: never changes'); end;
create trigger agreement_was_once before insert on agreement_was begin
    select raise(abort, 'UNIQUE constraint failed: agreement_was.telling_id, agreement_was.agreement_id') where exists (
        select 1 from agreement_was where telling_id = new.telling_id and agreement_id = new.agreement_id);
    select raise(abort, 'UNIQUE constraint failed: agreement_was.rowid') where exists (select 1 from agreement_was where rowid = new.rowid);
end;
create trigger agreement_term_was_stays before delete on agreement_term_was begin select raise(abort, 'agreement_term_was: never changes'); end;
create trigger agreement_term_was_same before update on agreement_term_was begin select raise(abort, 'agreement_term_was: never changes'); end;
create trigger agreement_term_was_once before insert on agreement_term_was begin
    select raise(abort, 'UNIQUE constraint failed: agreement_term_was.telling_id, agreement_term_was.agreement_id, agreement_term_was.kind, agreement_term_was.name, agreement_term_was.from_on') where exists (
        select 1 from agreement_term_was where telling_id = new.telling_id and agreement_id = new.agreement_id
          and kind = new.kind and name = new.name and from_on = new.from_on);
    select raise(abort, 'UNIQUE constraint failed: agreement_term_was.rowid') where exists (select 1 from agreement_term_was where rowid = new.rowid);
end;
create trigger hung_was_stays before delete on hung_was begin select raise(abort, 'hung_was: never changes'); end;
create trigger hung_was_same before update on hung_was begin select raise(abort, 'hung_was: never changes'); end;
create trigger hung_was_once before insert on hung_was begin
    select raise(abort, 'UNIQUE constraint failed: hung_was.telling_id, hung_was.installation_id, hung_was.channel_id') where exists (
        select 1 from hung_was where telling_id = new.telling_id
          and installation_id = new.installation_id and channel_id = new.channel_id);
    select raise(abort, 'UNIQUE constraint failed: hung_was.rowid') where exists (select 1 from hung_was where rowid = new.rowid);
end;
-- +postgres
create trigger telling_stays before update or delete on telling for each row execute function never_changes();
create trigger telling_all before truncate on telling for each statement execute function never_changes();
create trigger agreement_was_stays before update or delete on agreement_was for each row execute function never_changes();
create trigger agreement_was_all before truncate on agreement_was for each statement execute function never_changes();
create trigger agreement_term_was_stays before update or delete on agreement_term_was for each row execute function never_changes();
create trigger agreement_term_was_all before truncate on agreement_term_was for each statement execute function never_changes();
create trigger hung_was_stays before update or delete on hung_was for each row execute function never_changes();
create trigger hung_was_all before truncate on hung_was for each statement execute function never_changes();
-- +both
