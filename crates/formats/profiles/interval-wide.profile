profile interval-wide 1
about   Hourly values, a day a line, by a local clock: blank in the hour that does not come
lines   delimited ,
gives   days
field   meter   column 1
field   day     column 2  as MM/DD/YYYY
field   unit    column 3
field   values  column 4  times 24
field   minutes is 60
example
E-200,03/08/2026,kWh,0.5,0.5,,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1
says
meter=E-200 | day=2026-03-08 | unit=kWh | values=0.5,0.5,-,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1 | minutes=60
end
