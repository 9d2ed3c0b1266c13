// Files and folders below /data, through the preview 1 adapter.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "guest.h"

static const char *error(int result) { return result < 0 ? strerror(errno) : "ok"; }

static void show_file(const char *path) {
  static char text[256];
  int fd = open(path, O_RDONLY);
  if (fd < 0) {
    printf("%s: %s\n", path, strerror(errno));
    return;
  }
  ssize_t length = read(fd, text, sizeof text);
  printf("%s: \"%.*s\"\n", path, length < 0 ? 0 : (int)length, text);
  close(fd);
}

static int compare(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void show_folder(const char *path) {
  DIR *folder = opendir(path);
  if (!folder) {
    printf("%s/: %s\n", path, strerror(errno));
    return;
  }
  static char lines[64][64];
  const char *sorted[64];
  int count = 0;
  for (struct dirent *entry; count < 64 && (entry = readdir(folder));) {
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    snprintf(lines[count], sizeof *lines, "%s%s", entry->d_name,
             entry->d_type == DT_DIR   ? "/"
             : entry->d_type == DT_LNK ? "@"
             : entry->d_type == DT_REG ? ""
                                       : "?");
    sorted[count] = lines[count];
    count++;
  }
  closedir(folder);
  qsort(sorted, count, sizeof *sorted, compare);
  printf("%s/:", path);
  for (int at = 0; at < count; at++) printf(" %s", sorted[at]);
  printf("\n");
}

static void show_stat(const char *path) {
  struct stat s;
  if (stat(path, &s) < 0) {
    printf("stat %s: %s\n", path, strerror(errno));
    return;
  }
  printf("stat %s: %s, %lld bytes, %d links\n", path,
         S_ISDIR(s.st_mode)   ? "a folder"
         : S_ISREG(s.st_mode) ? "a file"
                              : "other",
         S_ISDIR(s.st_mode) ? 0 : (long long)s.st_size, S_ISDIR(s.st_mode) ? 0 : (int)s.st_nlink);
}

int main(void) {
  int fd = open("/data/a", O_CREAT | O_EXCL | O_RDWR, 0644);
  printf("create: %s\n", error(fd));
  printf("create again: %s\n", error(open("/data/a", O_CREAT | O_EXCL | O_RDWR, 0644)));
  printf("write: %zd\n", write(fd, "hello world", 11));
  printf("seek: %lld\n", (long long)lseek(fd, 6, SEEK_SET));
  char part[8] = "";
  printf("read: %zd", read(fd, part, 5));
  printf(" %s\n", part);
  printf("read at the end: %zd\n", read(fd, part, 5));
  printf("pwrite: %zd\n", pwrite(fd, "J", 1, 0));
  memset(part, 0, sizeof part);
  printf("pread: %zd", pread(fd, part, 5, 0));
  printf(" %s\n", part);
  printf("truncate: %s\n", error(ftruncate(fd, 5)));
  printf("sync: %s %s\n", error(fsync(fd)), error(fdatasync(fd)));
  close(fd);
  show_file("/data/a");
  show_stat("/data/a");
  fd = open("/data/a", O_WRONLY | O_APPEND);
  printf("append: %zd", write(fd, "!", 1));
  printf(" %zd\n", write(fd, "?", 1));
  close(fd);
  show_file("/data/a");
  fd = open("/data/a", O_WRONLY | O_TRUNC);
  printf("after O_TRUNC: %s\n", error(close(fd)));
  show_stat("/data/a");
  printf("read what is open for writing: ");
  fd = open("/data/a", O_WRONLY);
  printf("%s\n", error((int)read(fd, part, 1)));
  close(fd);
  fd = open("/data/a", O_RDONLY);
  printf("write what is open for reading: %s\n", error((int)write(fd, part, 1)));
  close(fd);

  printf("mkdir: %s, again %s\n", error(mkdir("/data/folder", 0755)),
         error(mkdir("/data/folder", 0755)));
  printf("mkdir below: %s\n", error(mkdir("/data/folder/below", 0755)));
  printf("mkdir of nothing: %s\n", error(mkdir("/data/none/below", 0755)));
  printf("rename: %s\n", error(rename("/data/a", "/data/folder/b")));
  show_folder("/data");
  show_folder("/data/folder");
  printf("link: %s\n", error(link("/data/folder/b", "/data/c")));
  show_stat("/data/c");
  printf("symlink: %s\n", error(symlink("folder/b", "/data/s")));
  printf("symlink out: %s\n", error(symlink("../../etc/passwd", "/data/out")));
  printf("symlink to the root: %s\n", error(symlink("/etc/passwd", "/data/absolute")));
  char target[64] = "";
  printf("readlink: %zd", readlink("/data/s", target, sizeof target));
  printf(" %s\n", target);
  printf("readlink of a file: %s\n", error((int)readlink("/data/c", target, sizeof target)));
  fd = open("/data/s", O_WRONLY);
  write(fd, "through", 7);
  close(fd);
  show_file("/data/c");
  printf("O_NOFOLLOW: %s\n", error(open("/data/s", O_RDONLY | O_NOFOLLOW)));
  printf("out by a link: %s\n", error(open("/data/out", O_RDONLY)));
  printf("out by dots: %s\n", error(open("/data/../etc/passwd", O_RDONLY)));
  printf("out by dots below: %s\n", error(open("/data/folder/../../etc/passwd", O_RDONLY)));
  printf("dots inside: ");
  show_file("/data/folder/below/../b");
  printf("elsewhere: %s\n", error(open("/etc/passwd", O_RDONLY)));
  printf("a file as a folder: %s\n", error(open("/data/c/d", O_RDONLY)));
  printf("O_DIRECTORY of a file: %s\n", error(open("/data/c", O_RDONLY | O_DIRECTORY)));
  printf("a folder for writing: %s\n", error(open("/data/folder", O_WRONLY)));
  show_folder("/data/c");

  struct timespec times[2] = {{1000000000, 5000000}, {1100000000, 7000000}};
  printf("utimens: %s\n", error(utimensat(AT_FDCWD, "/data/c", times, 0)));
  struct stat s;
  stat("/data/c", &s);
  printf("times: %lld.%09ld %lld.%09ld\n", (long long)s.st_atim.tv_sec, s.st_atim.tv_nsec,
         (long long)s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
  times[0].tv_nsec = UTIME_OMIT;
  times[1].tv_nsec = UTIME_NOW;
  printf("utimens: %s\n", error(utimensat(AT_FDCWD, "/data/c", times, 0)));
  stat("/data/c", &s);
  printf("times: %lld, %s\n", (long long)s.st_atim.tv_sec,
         s.st_mtim.tv_sec > 1700000000 ? "now" : "then");

  printf("unlink a folder: %s\n", error(unlink("/data/folder")));
  printf("rmdir a file: %s\n", error(rmdir("/data/c")));
  printf("rmdir a full folder: %s\n", error(rmdir("/data/folder")));
  printf("unlink: %s %s %s %s\n", error(unlink("/data/c")), error(unlink("/data/s")),
         error(unlink("/data/out")), error(unlink("/data/folder/b")));
  printf("unlink again: %s\n", error(unlink("/data/c")));
  printf("rmdir: %s %s\n", error(rmdir("/data/folder/below")), error(rmdir("/data/folder/")));
  show_folder("/data");

  static char big[300000];
  for (size_t at = 0; at < sizeof big; at++) big[at] = (char)(at * 31);
  FILE *file = fopen("/data/big", "w");
  printf("big write: %zu\n", fwrite(big, 1, sizeof big, file));
  fclose(file);
  static char back[300000];
  file = fopen("/data/big", "r");
  printf("big read: %zu, %s\n", fread(back, 1, sizeof back, file),
         memcmp(big, back, sizeof big) ? "another" : "the same");
  fclose(file);
  unlink("/data/big");
  return 0;
}
