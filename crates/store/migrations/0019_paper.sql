-- What the utility says on its paper beside the amounts.

-- A text of a kind that holds from a day on; of kinds that have several at a time, each has a name.
create table paper_text (
    kind text not null,
    name text not null,
    from_on text not null,
    text text not null,
    primary key (kind, name, from_on)
);

insert into role_permission (role, permission, limit_cents, four_eyes, from_at) values
    ('administrator', 'publish-paper', null, 0, 0);

-- What never changes, whoever asks ----------------------------------------------------------------

-- +sqlite
create trigger paper_text_stays before delete on paper_text begin select raise(abort, 'paper_text: never changes'); end;
create trigger paper_text_same before update on paper_text begin select raise(abort, 'paper_text: never changes'); end;
create trigger paper_text_once before insert on paper_text begin
    select raise(abort, 'UNIQUE constraint failed: paper_text.kind, paper_text.name, paper_text.from_on') where exists (select 1 from paper_text where kind = new.kind and name = new.name and from_on = new.from_on);
    select raise(abort, 'UNIQUE constraint failed: paper_text.rowid') where exists (select 1 from paper_text where rowid = new.rowid);
end;
-- +postgres
create trigger paper_text_stays before update or delete on paper_text for each row execute function never_changes();
create trigger paper_text_all before truncate on paper_text for each statement execute function never_changes();
-- +both
