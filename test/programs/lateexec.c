// The leader ends; a thread lives on, and execs the program named once it reads a byte.
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static void *late(void *args)
{
	char **argv = args, byte;
	pthread_t leader = *(pthread_t *)argv[0];
	pthread_join(leader, NULL);
	printf("ready\n");
	fflush(stdout);
	if (read(0, &byte, 1) == 1)
		execv(argv[1], argv + 1);
	_exit(1);
}

int main(int argc, char **argv)
{
	static pthread_t self, other;
	static char *args[8];
	self = pthread_self();
	args[0] = (char *)&self;
	for (int i = 1; i < argc && i < 7; i++)
		args[i] = argv[i];
	pthread_create(&other, NULL, late, args);
	pthread_exit(NULL);
}
