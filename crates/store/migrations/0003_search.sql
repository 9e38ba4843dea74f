-- What is found by which words: one row for each account, empty premise and work order.
--
-- Everything here is made from other tables and may be made again. Of `id`, the last two bits say
-- what the row is about. `scraps` has a line for each scrap: its kind, a tab, its text.

create table search (
    id bigint primary key,
    scraps text not null
);

-- The words of the scraps, cut in core so that both engines compare the same. SQLite keeps only the
-- index of them; PostgreSQL has no such thing and keeps them in a narrow table of their own.
-- +sqlite
create virtual table search_word using fts5 (
    words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);
-- +postgres
create table search_word (id bigint primary key, words tsvector not null);
-- Without a list of what is still to be sorted in: a question would have to read it.
create index search_word_words on search_word using gin (words) with (fastupdate = off);
-- +both

-- How words of names and addresses are found that are misspelt: each with some letters left out.
-- A word that nobody has any more does no harm. On PostgreSQL a word may stand here twice, so that
-- two who write the same new word at once do not wait for each other.
-- +sqlite
create table spelling (
    cut text not null,
    word text not null,
    primary key (cut, word)
) without rowid;
-- +postgres
create table spelling (cut text not null, word text not null);
create index spelling_cut on spelling (cut, word);
-- +both

create index payment_reference on payment (reference);
