import { program } from 'commander'

program.name('logboom').description('Search and follow the lines of a Logboom broker').parse()
