-- The words of what is found, cut otherwise: those of e-mail addresses begin with `@`, and the first
-- three and four letters of a word are a word of their own that ends with `.`. `migrate` makes the
-- whole index of what is in the tables when it has applied this, parcels among it.
-- +sqlite
drop table search_word;
create virtual table search_word using fts5 (
    words, content = '', contentless_delete = 1, detail = none, tokenize = "ascii tokenchars '@.'"
);
-- +postgres
-- An index of the first accounts alone: a frequent word has enough of them. The store makes it, and
-- `search_word_words` again, when all words are there.
drop index search_word_words;
-- +both
