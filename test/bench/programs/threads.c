// N threads (argument; default 500) that sleep, until standard input ends.
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static void *sleeper(void *unused)
{
	(void)unused;
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 500;
	pthread_attr_t attr;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	for (long i = 1; i < n; i++) {
		pthread_t t;
		if (pthread_create(&t, &attr, sleeper, NULL))
			return 1;
	}
	char byte;
	if (write(1, "ready\n", 6) != 6)
		return 1;
	while (read(0, &byte, 1) > 0)
		;
	return 0;
}
