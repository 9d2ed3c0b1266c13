// What a C program does with files, directories, times and its own descriptors. It prints the same
// natively: `cc posix.c -o posix && cd $(mktemp -d) && /path/to/posix .`
//
//   posix FOLDER   an empty folder to work in

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static const char *base;

static const char *in_folder(const char *name) {
  static char paths[4][4096];
  static int next;
  char *path = paths[next++ % 4];
  snprintf(path, sizeof paths[0], "%s/%s", base, name);
  return path;
}

// Errors by names that do not depend on the platform's numbers.
static const char *name_of(int error) {
  switch (error) {
    case 0: return "0";
    case EACCES: return "EACCES";
    case EBADF: return "EBADF";
    case EEXIST: return "EEXIST";
    case EINVAL: return "EINVAL";
    case EISDIR: return "EISDIR";
    case ELOOP: return "ELOOP";
    case ENOENT: return "ENOENT";
    case ENOTDIR: return "ENOTDIR";
    case ENOTEMPTY: return "ENOTEMPTY";
    case EPERM: return "EPERM";
    case ESPIPE: return "ESPIPE";
    default: return "another";
  }
}

static void show(const char *what, long result) {
  printf("%-28s %ld %s\n", what, result < 0 ? -1 : result, name_of(result < 0 ? errno : 0));
}

static void transfers(void) {
  int fd = open(in_folder("file"), O_RDWR | O_CREAT | O_EXCL, 0666);
  show("open", fd < 0 ? fd : 0);
  show("open exclusively", open(in_folder("file"), O_RDWR | O_CREAT | O_EXCL, 0666));
  show("write", write(fd, "0123456789", 10));
  struct iovec parts[2] = {{"ab", 2}, {"cde", 3}};
  show("writev", writev(fd, parts, 2));
  show("lseek", lseek(fd, -3, SEEK_END));
  char buffer[32] = "";
  show("read", read(fd, buffer, sizeof buffer));
  printf("%s\n", buffer);
  show("read at the end", read(fd, buffer, sizeof buffer));
  show("pwrite", pwrite(fd, "XY", 2, 4));
  memset(buffer, 0, sizeof buffer);
  show("pread", pread(fd, buffer, 8, 2));
  printf("%s\n", buffer);
  show("lseek before the start", lseek(fd, -1, SEEK_SET));
  show("ftruncate", ftruncate(fd, 6));
  struct stat status;
  show("fstat", fstat(fd, &status));
  printf("%d %d %lld\n", S_ISREG(status.st_mode), (int)status.st_nlink, (long long)status.st_size);
  show("fsync", fsync(fd));
  show("close", close(fd));
  show("close again", close(fd));
  fd = open(in_folder("file"), O_RDONLY);
  show("write to a reader", write(fd, "x", 1));
  show("flags", fcntl(fd, F_GETFL) & (O_APPEND | O_NONBLOCK));
  show("set O_NONBLOCK", fcntl(fd, F_SETFL, O_NONBLOCK));
  printf("%d\n", (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
  close(fd);
  fd = open(in_folder("file"), O_WRONLY | O_APPEND);
  show("lseek", lseek(fd, 0, SEEK_SET));
  show("append", write(fd, "end", 3));
  show("read from a writer", read(fd, buffer, 1));
  close(fd);
  FILE *stream = fopen(in_folder("file"), "r");
  char line[64] = "";
  printf("%s\n", fgets(line, sizeof line, stream));
  fclose(stream);
  fd = open(in_folder("file"), O_WRONLY | O_TRUNC);
  fstat(fd, &status);
  printf("%lld\n", (long long)status.st_size);
  close(fd);
}

static void names(void) {
  show("mkdir", mkdir(in_folder("dir"), 0777));
  show("mkdir again", mkdir(in_folder("dir"), 0777));
  show("mkdir in nothing", mkdir(in_folder("none/dir"), 0777));
  show("rename", rename(in_folder("file"), in_folder("dir/moved")));
  show("rename a directory to a file", rename(in_folder("dir"), in_folder("dir/moved")));
  show("link", link(in_folder("dir/moved"), in_folder("linked")));
  show("symlink", symlink("dir/moved", in_folder("link")));
  show("symlink to itself", symlink("loop", in_folder("loop")));
  char target[64] = "";
  show("readlink", readlink(in_folder("link"), target, sizeof target));
  printf("%s\n", target);
  show("readlink of a file", readlink(in_folder("linked"), target, sizeof target));
  struct stat status;
  show("stat", stat(in_folder("link"), &status));
  printf("%d %d\n", S_ISREG(status.st_mode), (int)status.st_nlink);
  show("lstat", lstat(in_folder("link"), &status));
  printf("%d\n", S_ISLNK(status.st_mode));
  show("stat of a loop", stat(in_folder("loop"), &status));
  show("open O_NOFOLLOW", open(in_folder("link"), O_RDONLY | O_NOFOLLOW));
  show("open with a slash", open(in_folder("linked/"), O_RDONLY));
  show("open a file as directory", open(in_folder("linked"), O_RDONLY | O_DIRECTORY));
  show("open a directory to write", open(in_folder("dir"), O_WRONLY));
  show("open nothing", open(in_folder("none"), O_RDONLY));
  show("access", access(in_folder("link"), R_OK | W_OK));
  show("access of nothing", access(in_folder("none"), F_OK));
  show("unlink a directory", unlink(in_folder("dir")) == -1 && errno == EISDIR ? 0 : -1);
  show("rmdir a file", rmdir(in_folder("linked")));
  show("rmdir that is not empty", rmdir(in_folder("dir")));
}

static int by_name(const void *one, const void *other) {
  return strcmp(*(char *const *)one, *(char *const *)other);
}

static void directories(void) {
  char name[16];
  mkdir(in_folder("many"), 0777);
  for (int i = 0; i < 200; i++) {
    snprintf(name, sizeof name, "many/%03d", i);
    close(open(in_folder(name), O_WRONLY | O_CREAT, 0666));
  }
  DIR *directory = opendir(in_folder("many"));
  char *found[300];
  int count = 0;
  struct dirent *entry;
  while ((entry = readdir(directory)) != NULL) found[count++] = strdup(entry->d_name);
  qsort(found, count, sizeof found[0], by_name);
  printf("%d %s %s %s %s\n", count, found[0], found[1], found[2], found[count - 1]);
  rewinddir(directory);
  for (count = 0; readdir(directory) != NULL; count++) {}
  printf("%d\n", count);
  rewinddir(directory);
  for (int i = 0; i < 50; i++) readdir(directory);
  long place = telldir(directory);
  snprintf(name, sizeof name, "%s", readdir(directory)->d_name);
  seekdir(directory, place);
  printf("%d\n", strcmp(name, readdir(directory)->d_name));
  closedir(directory);
  for (int i = 0; i < 200; i++) {
    snprintf(name, sizeof name, "many/%03d", i);
    unlink(in_folder(name));
  }
  show("rmdir", rmdir(in_folder("many")));
  show("opendir of a file", opendir(in_folder("linked")) == NULL ? -1 : 0);
  int fd = open(in_folder("dir"), O_RDONLY | O_DIRECTORY);
  int inner = openat(fd, "moved", O_RDONLY);
  show("openat", inner < 0 ? inner : 0);
  close(inner);
  show("mkdirat", mkdirat(fd, "sub", 0777));
  show("renameat", renameat(fd, "sub", fd, "renamed"));
  show("unlinkat", unlinkat(fd, "renamed", AT_REMOVEDIR));
  show("faccessat", faccessat(fd, "none", F_OK, 0));
  close(fd);
}

static void times(void) {
  struct timespec set[2] = {{1000000000, 123000000}, {2000000000, 456000000}};
  show("utimensat", utimensat(AT_FDCWD, in_folder("linked"), set, 0));
  struct stat status;
  stat(in_folder("linked"), &status);
  printf("%lld %ld %lld %ld\n", (long long)status.st_atim.tv_sec, status.st_atim.tv_nsec,
         (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
  int fd = open(in_folder("linked"), O_RDWR);
  struct timespec some[2] = {{0, UTIME_OMIT}, {3, 0}};
  show("futimens", futimens(fd, some));
  fstat(fd, &status);
  printf("%lld %lld\n", (long long)status.st_atim.tv_sec, (long long)status.st_mtim.tv_sec);
  close(fd);
  struct timespec before, after, wait = {0, 10000000};
  clock_gettime(CLOCK_MONOTONIC, &before);
  show("nanosleep", nanosleep(&wait, NULL));
  clock_gettime(CLOCK_MONOTONIC, &after);
  long long passed = (after.tv_sec - before.tv_sec) * 1000000000LL + after.tv_nsec - before.tv_nsec;
  printf("%d\n", passed >= 10000000);
  struct timeval now;
  gettimeofday(&now, NULL);
  printf("%d %d\n", now.tv_sec == time(NULL) || now.tv_sec + 1 == time(NULL), now.tv_sec > 1600000000);
}

static void polls(void) {
  int fd = open(in_folder("linked"), O_RDWR);
  struct pollfd fds[2] = {{fd, POLLIN | POLLOUT, 0}, {1, POLLOUT, 0}};
  show("poll", poll(fds, 2, -1));
  printf("%d %d\n", (fds[0].revents & (POLLIN | POLLOUT)) == (POLLIN | POLLOUT), fds[1].revents == POLLOUT);
  struct timespec before, after;
  clock_gettime(CLOCK_MONOTONIC, &before);
  show("poll of nothing", poll(fds, 0, 10));
  clock_gettime(CLOCK_MONOTONIC, &after);
  printf("%d\n", after.tv_sec > before.tv_sec || after.tv_nsec - before.tv_nsec >= 10000000);
  close(fd);
}

static void cleanup(void) {
  show("unlink", unlink(in_folder("dir/moved")));
  show("rmdir", rmdir(in_folder("dir")));
  show("unlink", unlink(in_folder("linked")));
  show("unlink", unlink(in_folder("link")));
  show("unlink", unlink(in_folder("loop")));
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  base = argv[1];
  transfers();
  names();
  directories();
  times();
  polls();
  cleanup();
  char line[100];
  while (fgets(line, sizeof line, stdin) != NULL) printf("input: %s", line);
  fprintf(stderr, "done\n");
  return 3;
}
