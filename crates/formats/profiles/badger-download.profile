profile badger-download 1
about   A route on its way to a Badger-shaped head-end: commas, named columns
lines   delimited ,
names
gives   route
field   route    column "Route"
field   sequence column "Sequence"
field   meter    column "Serial Number"
field   address  column "Service Address"
field   previous column "Previous Reading"
field   day      column "Previous Date"  as M/D/YYYY
example
Route,Sequence,Serial Number,Service Address,Previous Reading,Previous Date
7,1,21004417,"12 Maple Street, rear",45000,6/2/2026
7,2,21004418,14 Maple Street,0,12/31/2025
says
route=7 | sequence=1 | meter=21004417 | address=12 Maple Street, rear | previous=45000 | day=2026-06-02
route=7 | sequence=2 | meter=21004418 | address=14 Maple Street | previous=0 | day=2025-12-31
end
