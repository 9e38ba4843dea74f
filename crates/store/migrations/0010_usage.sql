-- What use is made of: other service points, and figures that are published by date.
--
-- Relations and where a point looks for figures may change: to_on, once, when something else follows.

-- The use of point_id has a share of the use of part_id in it, added or taken off.
create table point_relation (
    point_id bigint not null references service_point (id),
    part_id bigint not null references service_point (id),
    kind text not null check (kind in ('adds', 'deducts')),
    share_nano bigint not null check (0 < share_nano and share_nano <= 1000000000),
    from_on text not null,
    to_on text,
    primary key (point_id, part_id, from_on),
    check (point_id <> part_id),
    check (to_on is null or from_on < to_on)
);
create index point_relation_part on point_relation (part_id);

-- Heating values, factors of pressure, degree days. Ids are counted with those of publications. Of two
-- of one day the one with the higher id holds.
create table figure (
    id bigint primary key,
    kind text not null,
    name text not null,
    held_on text not null,
    micro bigint not null check (0 <= micro)
);
create index figure_named on figure (kind, name, held_on);

create table point_figure (
    point_id bigint not null references service_point (id),
    kind text not null,
    name text not null,
    from_on text not null,
    to_on text,
    primary key (point_id, kind, from_on),
    check (to_on is null or from_on < to_on)
);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger figure_stays before delete on figure begin select raise(abort, 'figure: never changes'); end;
create trigger figure_same before update on figure begin select raise(abort, 'figure: never changes'); end;
create trigger figure_once before insert on figure begin
    select raise(abort, 'UNIQUE constraint failed: figure.id') where exists (select 1 from figure where id = new.id);
end;
-- +postgres
create trigger figure_stays before update or delete on figure for each row execute function never_changes();
create trigger figure_all before truncate on figure for each statement execute function never_changes();
-- +both
