-- Mandates for direct debit. The number of the account at the bank is sealed with a key that is not
-- here; it is found again by a keyed hash, and shown by its tail.

create table mandate (
    id bigint primary key,
    account_id bigint not null references account (id),
    scheme text not null,
    signed_on text not null,
    agreed_at bigint not null
);
create index mandate_account on mandate (account_id);

-- What changes of a mandate is another version, from a day on.
create table mandate_version (
    mandate_id bigint not null references mandate (id),
    version bigint not null,
    from_on text not null,
    holder text not null,
    collects text not null,
    most_cents bigint check (0 < most_cents),
    sealed bytea not null,
    hash text not null,
    tail text not null,
    why text not null,
    primary key (mandate_id, version)
);
create index mandate_version_hash on mandate_version (hash);

create table mandate_end (
    mandate_id bigint primary key references mandate (id),
    ended_on text not null,
    why text not null
);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger mandate_stays before delete on mandate begin select raise(abort, 'mandate: never changes'); end;
create trigger mandate_same before update on mandate begin select raise(abort, 'mandate: never changes'); end;
create trigger mandate_once before insert on mandate begin
    select raise(abort, 'UNIQUE constraint failed: mandate.id') where exists (select 1 from mandate where id = new.id);
end;
create trigger mandate_version_stays before delete on mandate_version begin select raise(abort, 'mandate_version: never changes'); end;
create trigger mandate_version_same before update on mandate_version begin select raise(abort, 'mandate_version: never changes'); end;
create trigger mandate_version_once before insert on mandate_version begin
    select raise(abort, 'UNIQUE constraint failed: mandate_version.mandate_id, mandate_version.version') where exists (select 1 from mandate_version where mandate_id = new.mandate_id and version = new.version);
    select raise(abort, 'UNIQUE constraint failed: mandate_version.rowid') where exists (select 1 from mandate_version where rowid = new.rowid);
end;
create trigger mandate_end_stays before delete on mandate_end begin select raise(abort, 'mandate_end: never changes'); end;
create trigger mandate_end_same before update on mandate_end begin select raise(abort, 'mandate_end: never changes'); end;
create trigger mandate_end_once before insert on mandate_end begin
    select raise(abort, 'UNIQUE constraint failed: mandate_end.mandate_id') where exists (select 1 from mandate_end where mandate_id = new.mandate_id);
end;
-- +postgres
create trigger mandate_stays before update or delete on mandate for each row execute function never_changes();
create trigger mandate_all before truncate on mandate for each statement execute function never_changes();
create trigger mandate_version_stays before update or delete on mandate_version for each row execute function never_changes();
create trigger mandate_version_all before truncate on mandate_version for each statement execute function never_changes();
create trigger mandate_end_stays before update or delete on mandate_end for each row execute function never_changes();
create trigger mandate_end_all before truncate on mandate_end for each statement execute function never_changes();
-- +both
