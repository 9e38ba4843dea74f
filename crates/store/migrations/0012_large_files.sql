-- Files too large for one transaction: taken in parts, each of which is a batch.

-- A file that is taken in parts; it is done when its parts reach its last byte.
create table large_file (
    id bigint primary key,
    sha256 text not null,
    file_name text not null,
    kind text not null,
    zone text not null,
    bytes bigint not null,
    began_at bigint not null
);
create index large_file_hash on large_file (sha256);

-- From which byte up to which a part goes, how many lines end in it, and what it says of which
-- channel: from when to when (see store/src/large_file.rs).
create table large_file_part (
    large_file_id bigint not null references large_file (id),
    position bigint not null,
    batch_id bigint not null references batch (id),
    from_byte bigint not null,
    to_byte bigint not null,
    lines bigint not null,
    said bytea not null,
    primary key (large_file_id, position),
    check (from_byte < to_byte)
);

-- Two files may have a part in common: what the later one says counts, so it is taken again.
alter table batch add column large_file_id bigint references large_file (id);
drop index batch_taken;
create unique index batch_taken on batch (sha256) where 0 < accepted and large_file_id is null;

-- +sqlite
drop trigger batch_once;
create trigger batch_once before insert on batch begin
    select raise(abort, 'UNIQUE constraint failed: batch.id') where exists (select 1 from batch where id = new.id);
    select raise(abort, 'UNIQUE constraint failed: batch.sha256') where 0 < new.accepted and new.large_file_id is null and exists (select 1 from batch where sha256 = new.sha256 and 0 < accepted and large_file_id is null);
end;
create trigger large_file_stays before delete on large_file begin select raise(abort, 'large_file: never changes'); end;
create trigger large_file_same before update on large_file begin select raise(abort, 'large_file: never changes'); end;
create trigger large_file_once before insert on large_file begin
    select raise(abort, 'UNIQUE constraint failed: large_file.id') where exists (select 1 from large_file where id = new.id);
end;
create trigger large_file_part_stays before delete on large_file_part begin select raise(abort, 'large_file_part: never changes'); end;
create trigger large_file_part_same before update on large_file_part begin select raise(abort, 'large_file_part: never changes'); end;
create trigger large_file_part_once before insert on large_file_part begin
    select raise(abort, 'UNIQUE constraint failed: large_file_part.large_file_id, large_file_part.position') where exists (select 1 from large_file_part where large_file_id = new.large_file_id and position = new.position);
    select raise(abort, 'UNIQUE constraint failed: large_file_part.rowid') where exists (select 1 from large_file_part where rowid = new.rowid);
end;
-- +postgres
create trigger large_file_stays before update or delete on large_file for each row execute function never_changes();
create trigger large_file_all before truncate on large_file for each statement execute function never_changes();
create trigger large_file_part_stays before update or delete on large_file_part for each row execute function never_changes();
create trigger large_file_part_all before truncate on large_file_part for each statement execute function never_changes();
-- +both
