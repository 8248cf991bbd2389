// Memory with edges: says the addresses of two pages with an unmapped one behind them, and of a read-only string; text
// crosses the boundary between the pages, and ends without a NUL at the end of the second. Then getppid, and it
// says what it finds in its memory.
#include "common.h"

#include <sys/mman.h>

static const char fixed[] = "read-only text";
static volatile double number = 1.5;

int main(void)
{
	char *pages = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(pages + 8192, 4096);
	strcpy(pages + 4096 - 6, "crosses a page");
	memcpy(pages + 8192 - 8, "unended!", 8);
	mprotect(pages, 4096, PROT_NONE);
	say("pages %p fixed %p", (void *)pages, (const void *)fixed);
	double before = number;
	syscall(SYS_getppid);
	double after = number * before;
	mprotect(pages, 4096, PROT_READ);
	say("fixed '%s' pages '%s' product %g", fixed, pages + 4096 - 6, after);
	return 0;
}
