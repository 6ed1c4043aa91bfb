/*
 * Committing an output folder: two drivers of one application, one after the other, readers, and with LATER another application that
 * overwrites the folder. The letters are the actions of docs/protocols.md.
 *
 * Two tasks make one file each; the first task's file may be lost before the output is decided and is then made again (A1 for A0).
 * Without FRESH the folder holds an older output that is replaced.
 *
 * A driver that is frozen or dead is one that makes its next step late or never: any step may come after the next driver has taken over,
 * also the step between looking at the lease and doing something to a folder, which no transaction can fence.
 * ATOMIC_CHECK leaves that one order out: what other readers find at the end needs it (END_ANYWAY shows), levin's readers do not.
 */
#define OLD 0
#define A0 1
#define A1 2
#define B0 3
#define NEW 4
#define FILES 5
#define NONE 9

bool staged[FILES];
bool visible[FILES];
bool success = false;
bool manifest[4];                 /* by version: 1 the older output, 2 ours, 3 the later one */
byte manifestA = NONE;            /* the first task's file in manifest 2 */

byte epoch = 0;
byte winnerA = A0;                /* the commit item of the first task */
byte journalA = NONE;             /* the publication in the journal: the first task's file in it */
bool looked = false;              /* a driver has found all files */
bool finished = false;

inline newest(n) {
  n = (manifest[3] -> 3 : (manifest[2] -> 2 : (manifest[1] -> 1 : 0)))
}

/* The lease is looked at, then something is done: one step with ATOMIC_CHECK. */
#ifdef ATOMIC_CHECK
#define CHECKED(effect) atomic { if :: epoch != mine -> goto gone :: else fi; effect }
#else
#define CHECKED(effect) if :: epoch != mine -> goto gone :: else fi; effect
#endif

inline publish(file) {
  atomic {
    if
    :: staged[file] -> staged[file] = false; visible[file] = true
    :: !staged[file] && visible[file]
    :: else -> goto gone                                                    /* OUTPUT_LOST: only after a later output */
    fi
  }
}

inline putManifest() {
#ifdef NO_MANIFEST_NUMBER
  atomic { manifest[2] = true; manifestA = pub; manifest[1] = false; manifest[3] = false; n = 2 }
#else
  newest(n);
  if
  :: n < 2 -> atomic {
       if
       :: !manifest[2] -> manifest[2] = true; manifestA = pub               /* if absent */
       :: else
       fi
     }
  :: else
  fi;
  newest(n)
#endif
}

proctype driver(byte me) {
  byte mine;
  byte pub = NONE;
  byte n = 0;

  atomic { mine = epoch + 1; epoch = mine; pub = journalA }
  if
  :: finished -> goto gone
  :: else
  fi;
#ifdef NO_PUBLICATION_RECORD
  pub = NONE;
#endif
  if
  :: pub == NONE ->
     do                                                                     /* O1: committed files that are gone are made again */
     :: atomic { staged[winnerA] -> pub = winnerA; looked = true; break }
     :: atomic { !staged[winnerA] -> if :: epoch != mine -> goto gone :: else fi; winnerA = A1; staged[A1] = true }
     od;
     atomic {                                                               /* O2: decide, fenced */
       if
       :: epoch != mine -> goto gone
       :: else
       fi;
#ifndef NO_PUBLICATION_RECORD
       assert(journalA == NONE || journalA == pub);                         /* an output is decided once */
#endif
       journalA = pub
     }
  :: else
  fi;

#ifdef MANIFEST_FIRST
  CHECKED(putManifest());
#endif
  CHECKED(success = false);                                                 /* O3 */
  publish(pub);                                                             /* O4 */
  publish(B0);
#ifdef SUCCESS_FIRST
  CHECKED(success = true);
#endif
#ifndef MANIFEST_FIRST
  CHECKED(skip);
  putManifest();                                                            /* O5 */
#endif
  if
  :: n == 2 ->
#ifndef CONSEQUENCE
     assert(manifestA == journalA)                                          /* the manifest is what the journal says */
#else
     skip
#endif
  :: else -> goto gone                                                      /* replaced since: nothing of ours is there to be taken back */
  fi;
  CHECKED(d_step { visible[OLD] = false; staged[A0] = false; staged[A1] = false; staged[B0] = false });  /* O6 */
  manifest[1] = false;
#ifndef SUCCESS_FIRST
  CHECKED(success = true);                                                  /* O7 */
#endif
  atomic {                                                                  /* O8: the action is finished, fenced */
    if
    :: epoch == mine -> finished = true
    :: else
    fi
  }
gone:
  skip
}

/* Somebody tidies the folder while tasks write into it. */
active proctype tidier() {
  if
  :: atomic { !looked && staged[A0] -> staged[A0] = false }
  :: true
  fi
}

/* Each step of it is late at will, too. */
active proctype levinReader() {
  byte n;
  byte a;
  byte looks = 0;
look:
  atomic { newest(n); a = manifestA; looks++ }
  if
  :: n == 0 -> goto done                                                    /* OUTPUT_NOT_COMMITTED */
  :: else
  fi;
  atomic {
    if
    :: n == 1 && visible[OLD] -> goto done
    :: n == 2 && visible[a] && visible[B0] -> goto done
    :: n == 3 && visible[NEW] -> goto done
    :: else
    fi
  }
  atomic {
    byte since;
    newest(since);
    assert(since != n);                                                     /* readers of levin see an output whole */
    if
    :: looks < 3 -> goto look
    :: else
    fi
  }
done:
  skip
}

#ifdef LATER
/* Another application overwrites the output once it is committed. */
active proctype later() {
  bool was[FILES];
end:
  manifest[2];
  d_step { was[OLD] = visible[OLD]; was[A0] = visible[A0]; was[A1] = visible[A1]; was[B0] = visible[B0] }
  success = false;
  visible[NEW] = true;
  manifest[3] = true;
  d_step {
    if :: was[OLD] -> visible[OLD] = false :: else fi;
    if :: was[A0] -> visible[A0] = false :: else fi;
    if :: was[A1] -> visible[A1] = false :: else fi;
    if :: was[B0] -> visible[B0] = false :: else fi
  }
  d_step { manifest[1] = false; manifest[2] = false }
  success = true
}
#else
/* Looks at the folder at one moment. */
active proctype otherReader() {
end:
  atomic {
    success;
    assert((visible[OLD] && !visible[A0] && !visible[A1] && !visible[B0]) ||
           (!visible[OLD] && visible[B0] && (visible[A0] || visible[A1])))  /* _SUCCESS stands beside a whole output */
  }
}

#if defined(ATOMIC_CHECK) || defined(END_ANYWAY)
active proctype atTheEnd() {
  timeout;
  assert(!(visible[A0] && visible[A1]));                                    /* no row twice */
  assert(finished && success && manifest[2] && !manifest[1]);               /* the next driver finishes it */
  assert(visible[journalA] && visible[B0] && !visible[OLD]);                /* the output is what was decided */
  assert(!staged[A0] && !staged[A1] && !staged[B0])                         /* nothing is left over */
}
#endif
#endif

init {
  atomic {
#ifndef FRESH
    visible[OLD] = true; success = true; manifest[1] = true;
#endif
    staged[A0] = true; staged[B0] = true;
    run driver(1);
    run driver(2)
  }
}
