profile sensus-download 1
about   A route on its way to a Sensus-shaped handheld: fields between bars
lines   delimited |
gives   route
detail  begins D
trailer begins T
field   kind     column 1
field   route    column 2
field   sequence column 3
field   meter    column 4
field   address  column 5
field   previous column 6
field   low      column 7  number
field   high     column 8  number
total   count    column 2
example
D|12|1|70012345|12 Maple Street|881.5|885|910
D|12|2|70012346|14 Maple Street, rear|12050||
T|2
says
kind=D | route=12 | sequence=1 | meter=70012345 | address=12 Maple Street | previous=881.5 | low=885 | high=910
kind=D | route=12 | sequence=2 | meter=70012346 | address=14 Maple Street, rear | previous=12050
end
