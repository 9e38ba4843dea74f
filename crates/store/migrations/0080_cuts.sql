-- The orders of a case's cut, when something that shields calls them off.

create index collection_cut_case on collection_cut (key);
