module example.org/guest

go 1.21

require github.com/stealthrocket/net v0.2.1
