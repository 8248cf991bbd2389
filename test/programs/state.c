// Says how it was started: signal mask, ignored signals, process group, session, ids, directory, open files.
#include "common.h"

#include <dirent.h>
#include <limits.h>

static void field(const char *name)
{
	char line[256];
	FILE *f = fopen("/proc/self/status", "r");
	while (fgets(line, sizeof line, f))
		if (!strncmp(line, name, strlen(name))) {
			line[strcspn(line, "\n")] = 0;
			say("%s", line);
		}
	fclose(f);
}

int main(int argc, char **argv)
{
	char path[PATH_MAX];
	field("SigBlk:");
	field("SigIgn:");
	field("SigCgt:");
	field("NoNewPrivs:");
	say("uid %d %d gid %d %d groups %d", getuid(), geteuid(), getgid(), getegid(), getgroups(0, NULL));
	say("pgid %s sid %s", getpgrp() == getpid() ? "own" : "inherited", getsid(0) == getpid() ? "own" : "inherited");
	say("foreground %s", isatty(0) ? tcgetpgrp(0) == getpgrp() ? "yes" : "no" : "no terminal");
	say("cwd %s", getcwd(path, sizeof path));
	say("FRUIT %s argv0 %s argc %d", getenv("FRUIT") ? getenv("FRUIT") : "none", argv[0], argc);
	DIR *dir = opendir("/proc/self/fd");
	int fds = 0, highest = 0;
	for (struct dirent *e; (e = readdir(dir));)
		if (*e->d_name != '.' && atoi(e->d_name) != dirfd(dir)) {
			fds++;
			if (atoi(e->d_name) > highest)
				highest = atoi(e->d_name);
		}
	say("fds %d highest %d", fds, highest);
	return 0;
}
