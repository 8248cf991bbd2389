// Calls a function again and again: a place for a breakpoint.
volatile int sum;

__attribute__((noinline)) void add(int n)
{
	sum += n;
}

int main(void)
{
	for (int i = 0; i < 100000; i++)
		add(i);
	return 0;
}
