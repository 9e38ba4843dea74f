profile itron-download 1
about   A route on its way to an Itron-shaped handheld: a line MTR for each register in the order of the walk
lines   fixed
gives   route
header  begins RHD
detail  begins MTR
trailer begins RTR
field   route    at 4 4
field   sequence at 8 4
field   meter    at 12 12
field   unit     at 24 4   where KWH=kWh KVRH=kvarh KW=kW CCF=CCF GAL=gal THRM=therm
field   address  at 28 24
field   previous at 52 10
field   high     at 62 10  number
field   message  at 72 20
total   count    at 4 6
example
RHD
MTR01010001E-100       KWH 12 Maple Street         00000412300000043100DOG IN YARD         
MTR01010002W-7         CCF 14 Maple Street         00000008810000000895                    
RTR000002
says
route=0101 | sequence=0001 | meter=E-100 | unit=kWh | address=12 Maple Street | previous=41230 | high=43100 | message=DOG IN YARD
route=0101 | sequence=0002 | meter=W-7 | unit=CCF | address=14 Maple Street | previous=881 | high=895
end
