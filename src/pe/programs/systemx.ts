import { commandArguments, exit } from '../host.ts';
import { main } from '../systemx/main.ts';

void main(commandArguments()).then((code) => exit(code));
