// Counts in a loop, for a debugger to look at, and says now and then how far it is. Its process id goes into a file.
#include <stdio.h>
#include <unistd.h>

int count;

void tick(void)
{
	count++;
}

int main(int argc, char **argv)
{
	FILE *file = argc > 1 ? fopen(argv[1], "w") : NULL;
	if (file) {
		fprintf(file, "%d\n", getpid());
		fclose(file);
	}
	puts("go");
	fflush(stdout);
	for (int i = 0; i < 6000; i++) {
		tick();
		usleep(10000);
		if (count % 10 == 0) {
			printf("at %d\n", count);
			fflush(stdout);
		}
	}
	return 7;
}
