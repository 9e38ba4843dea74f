profile interval-long 1
about   Interval values, one a line, by UTC
lines   delimited ,
names
gives   values
zone    UTC
field   meter   column meter
field   start   column start  as YYYY-MM-DDThh:mm:ssZ
field   minutes column minutes
field   value   column value
field   unit    column unit
field   flow    column flow
field   quality column quality
example
meter,start,minutes,value,unit,flow,quality
E-200,2026-03-08T08:00:00Z,15,0.25,kWh,delivered,A
E-200,2026-03-08T08:15:00Z,15,-0.125,kWh,delivered,E
says
meter=E-200 | start=2026-03-08T08:00:00 | minutes=15 | value=0.25 | unit=kWh | flow=delivered | quality=A
meter=E-200 | start=2026-03-08T08:15:00 | minutes=15 | value=-0.125 | unit=kWh | flow=delivered | quality=E
end
