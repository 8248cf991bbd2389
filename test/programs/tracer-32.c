// A 32-bit tracer without libc: what the requests whose layouts are those of i386 answer, a line each, without what differs
// from run to run. Ends with 3 if it may not trace.
#include "narrow.h"

typedef unsigned int u32;

enum { NR_EXIT = 1, NR_FORK = 2, NR_WRITE = 4, NR_WAITPID = 7, NR_GETPID = 20, NR_PTRACE = 26, NR_KILL = 37, NR_GETPPID = 64 };
enum { SIGKILL = 9, SIGUSR1 = 10, NT_PRSTATUS = 1 };

static char text[4096];
static int length;
static u32 buffer[256];
static u32 word = 0x11223344;
static long child;

static void put(const char *s)
{
	while (*s)
		text[length++] = *s++;
}

static void hex(u32 v)
{
	put(" ");
	for (int shift = 28; shift >= 0; shift -= 4)
		text[length++] = "0123456789abcdef"[v >> shift & 15];
}

static void line(const char *name, long result)
{
	put("\n");
	put(name);
	hex(result);
}

static void clear(void)
{
	for (unsigned k = 0; k < sizeof buffer / sizeof *buffer; k++)
		buffer[k] = 0xaaaaaaaa;
}

// How many bytes were written, as far as words tell.
static u32 extent(void)
{
	u32 k = sizeof buffer / sizeof *buffer;
	while (k > 0 && buffer[k - 1] == 0xaaaaaaaa)
		k--;
	return k * 4;
}

static void request(const char *name, long nr, long addr, long data)
{
	line(name, call(NR_PTRACE, nr, child, addr, data));
}

static void reading(const char *name, long nr, long addr)
{
	clear();
	request(name, nr, addr, (long)buffer);
	put(" bytes");
	hex(extent());
}

static void wait_stop(void)
{
	int status = 0;
	long pid = call(NR_WAITPID, child, (long)&status);
	line("wait", pid == child);
	hex(status);
}

void _start(void)
{
	child = call(NR_FORK);
	if (child == 0) {
		if (call(NR_PTRACE) != 0)
			call(NR_EXIT, 3);
		call(NR_KILL, call(NR_GETPID), SIGUSR1, 0, 0);
		call(NR_GETPPID);
		call(NR_EXIT, word != 0x55667788);
	}
	wait_stop();
	reading("GETREGS", 12, 0);
	hex(buffer[11]); // orig_eax
	hex(buffer[6]);	 // eax
	hex(buffer[12]); // eip
	hex(buffer[13]); // cs
	request("SETREGS", 13, 0, (long)buffer);
	reading("PEEKUSER orig_eax", 3, 44);
	hex(buffer[0]);
	request("POKEUSER edi", 6, 16, 0x89abcdef);
	reading("PEEKUSER edi", 3, 16);
	hex(buffer[0]);
	request("PEEKUSER, odd", 3, 45, (long)buffer);
	reading("PEEKDATA", 2, (long)&word);
	hex(buffer[0]);
	request("POKEDATA", 5, (long)&word, 0x55667788);
	reading("PEEKDATA", 2, (long)&word);
	hex(buffer[0]);
	request("PEEKDATA, nowhere", 2, 16, (long)buffer);
	reading("GETFPREGS", 14, 0);
	hex(buffer[0]);
	request("SETFPREGS", 15, 0, (long)buffer);
	reading("GETFPXREGS", 18, 0);
	reading("GETSIGINFO", 0x4202, 0);
	hex(buffer[0]);
	hex(buffer[2]);
	hex(buffer[3] == (u32)child);
	hex(buffer[4]);
	buffer[4] = 77;
	request("SETSIGINFO", 0x4203, 0, (long)buffer);
	reading("GETSIGINFO", 0x4202, 0);
	hex(buffer[4]);
	u32 vector[2] = { (u32)buffer, sizeof buffer };
	clear();
	request("GETREGSET", 0x4204, NT_PRSTATUS, (long)vector);
	hex(vector[1]);
	hex(buffer[11]);
	request("SETREGSET", 0x4205, NT_PRSTATUS, (long)vector);
	hex(vector[1]);
	reading("GETSIGMASK", 0x420a, 8);
	reading("PEEKUSER dr7", 3, 252 + 7 * 4);
	hex(buffer[0]);
	request("POKEUSER dr0", 6, 252, (long)&word);
	reading("PEEKUSER dr0", 3, 252);
	hex(buffer[0] == (u32)&word);
	request("ARCH_PRCTL", 30, (long)buffer, 0x1003);
	request("SETOPTIONS", 0x4200, 0, 1 | 1 << 6);
	request("SYSCALL", 24, 0, 0);
	wait_stop();
	reading("GET_SYSCALL_INFO", 0x420e, 88);
	hex(buffer[0]);
	hex(buffer[1]);
	hex(buffer[6]);
	reading("GETEVENTMSG", 0x4201, 0);
	hex(buffer[0]);
	request("CONT", 7, 0, 0);
	wait_stop();
	reading("GETEVENTMSG", 0x4201, 0);
	hex(buffer[0]);
	request("DETACH", 17, 0, 0);
	wait_stop();
	put("\n");
	call(NR_WRITE, 1, text, length);
	call(NR_EXIT);
}
