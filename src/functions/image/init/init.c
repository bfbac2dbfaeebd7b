/*
 * The first process of a container: starts one command, forwards signals to it, and reaps whatever is orphaned.
 * Exits with the command's exit code, or 128 + the signal that ended it; 126 and 127 when it cannot be started.
 * No libc: system calls alone, so that it is a few kilobytes and runs on any Linux image.
 */

typedef unsigned long word;

#if defined(__x86_64__)
enum { sys_write = 1, sys_sigprocmask = 14, sys_clone = 56, sys_execve = 59, sys_exit = 231, sys_wait4 = 61, sys_kill = 62,
       sys_sigtimedwait = 128, sys_prctl = 157 };

static long call(long number, word a, word b, word c, word d, word e) {
  long result;
  register word r10 __asm__("r10") = d;
  register word r8 __asm__("r8") = e;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                   : "rcx", "r11", "memory");
  return result;
}

__asm__(".globl _start\n_start:\n  xor %ebp, %ebp\n  mov %rsp, %rdi\n  and $-16, %rsp\n  call begin\n");

#elif defined(__aarch64__)
enum { sys_write = 64, sys_sigprocmask = 135, sys_clone = 220, sys_execve = 221, sys_exit = 94, sys_wait4 = 260, sys_kill = 129,
       sys_sigtimedwait = 137, sys_prctl = 167 };

static long call(long number, word a, word b, word c, word d, word e) {
  register word x8 __asm__("x8") = (word)number;
  register word x0 __asm__("x0") = a;
  register word x1 __asm__("x1") = b;
  register word x2 __asm__("x2") = c;
  register word x3 __asm__("x3") = d;
  register word x4 __asm__("x4") = e;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
  return (long)x0;
}

__asm__(".globl _start\n_start:\n  mov x29, #0\n  mov x0, sp\n  bl begin\n");

#else
#error "no system calls known for this architecture"
#endif

enum {
  signal_child = 17,
  no_hang = 1,
  set_mask = 2,
  block_mask = 0,
  become_subreaper = 36,
  sent_by_kernel = 0x80,
  not_permitted = -13,
  not_found = -2,
  not_a_directory = -20,
};

/* The kernel's siginfo_t is 128 bytes; its first three words are the same on all architectures here. */
struct signal_info {
  int number;
  int error;
  int code;
  char rest[116];
};

static word length(const char *text) {
  word count = 0;
  while (text[count] != 0) count++;
  return count;
}

static void say(const char *text) { call(sys_write, 2, (word)text, length(text), 0, 0); }

static void leave(int code) {
  for (;;) call(sys_exit, (word)code, 0, 0, 0, 0);
}

static int has_slash(const char *text) {
  for (; *text != 0; text++)
    if (*text == '/') return 1;
  return 0;
}

static const char *path_of(char **environment) {
  for (; *environment != 0; environment++) {
    const char *entry = *environment;
    if (entry[0] == 'P' && entry[1] == 'A' && entry[2] == 'T' && entry[3] == 'H' && entry[4] == '=') return entry + 5;
  }
  return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

/* Tries each folder of PATH, as execvp does; returns the error that says most. */
static long execute_in_path(char **command, char **environment) {
  char file[4096];
  const char *at = path_of(environment);
  const word name = length(command[0]);
  long worst = not_found;
  for (;;) {
    word used = 0;
    while (*at != 0 && *at != ':' && used + name + 2 < sizeof file) file[used++] = *at++;
    while (*at != 0 && *at != ':') at++;
    if (used > 0) file[used++] = '/';
    for (word i = 0; i <= name && used < sizeof file; i++) file[used++] = command[0][i];
    long error = call(sys_execve, (word)file, (word)command, (word)environment, 0, 0);
    if (error != not_found && error != not_a_directory) worst = error;
    if (*at == 0) return worst;
    at++;
  }
}

static void run_command(char **command, char **environment, word *old_mask) {
  call(sys_sigprocmask, set_mask, (word)old_mask, 0, 8, 0);
  long error = has_slash(command[0]) ? call(sys_execve, (word)command[0], (word)command, (word)environment, 0, 0)
                                     : execute_in_path(command, environment);
  say("slipway init: cannot start \"");
  say(command[0]);
  say(error == not_found        ? "\": it does not exist in the image\n"
      : error == not_permitted  ? "\": it is not executable or this user may not run it\n"
                                : "\": it cannot be executed on this platform\n");
  leave(error == not_found ? 127 : 126);
}

/* Takes the remains of every process that has ended; leaves when the command is among them. */
static void reap(long command) {
  for (;;) {
    int status = 0;
    long ended = call(sys_wait4, (word)-1L, (word)&status, no_hang, 0, 0);
    if (ended <= 0) return;
    if (ended != command) continue;
    int by_signal = status & 0x7f;
    leave(by_signal != 0 ? 128 + by_signal : (status >> 8) & 0xff);
  }
}

__attribute__((used)) void begin(word *stack) {
  long count = (long)stack[0];
  char **arguments = (char **)(stack + 1);
  char **environment = arguments + count + 1;
  if (count < 2) {
    say("slipway init: give it a command to start\n");
    leave(2);
  }
  word all = ~0UL;
  word old_mask = 0;
  call(sys_sigprocmask, block_mask, (word)&all, (word)&old_mask, 8, 0);
  /* orphans come here also where another process is the first of the container */
  call(sys_prctl, become_subreaper, 1, 0, 0, 0);
  long command = call(sys_clone, signal_child, 0, 0, 0, 0);
  if (command == 0) run_command(arguments + 1, environment, &old_mask);
  if (command < 0) {
    say("slipway init: no process can be started here\n");
    leave(126);
  }
  for (;;) {
    struct signal_info info;
    long number = call(sys_sigtimedwait, (word)&all, (word)&info, 0, 8, 0);
    if (number == signal_child) reap(command);
    /* what the kernel sends, Ctrl-C on a terminal for one, has reached the command too */
    else if (number > 0 && info.code != sent_by_kernel) call(sys_kill, (word)command, (word)number, 0, 0, 0);
  }
}
