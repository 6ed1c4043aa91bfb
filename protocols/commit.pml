/*
 * One task: attempts, the election of a winner, generations, readers. The letters are the actions of docs/protocols.md.
 *
 *   commit item   absent | { gen, winner } | { gen, no winner }
 *
 * Everything may be late: an attempt commits when its generation is long gone, a write is repeated because its answer was lost,
 * an answer arrives after the next loss, two readers report the same loss.
 */
#define GENERATIONS 3
#define ATTEMPTS 5                /* the first, one copy, one that is killed, one for each of two losses */
#define NONE 0

/* The commit item. */
bool item = false;
byte gen = 0;
byte winner = NONE;

/* What happened, for the properties. Attempts are numbered from 1. */
byte elected[GENERATIONS];        /* winners that each generation has had */
bool won[ATTEMPTS + 1];
bool lost[ATTEMPTS + 1];          /* its objects were deleted or damaged */

/* The driver's view. */
byte want = 0;                    /* generation that is to be committed */
byte told = NONE;                 /* whose output it hands to readers */
byte launched = 0;
byte alive = 0;

byte losses = 0;
byte kills = 0;
bool read = false;                /* somebody has read the output to the end */

#ifdef NO_ELECTION
#define MAY_COMMIT(g) (true)
#else
#ifdef NO_GENERATION_CHECK
#define MAY_COMMIT(g) (winner == NONE)
#else
#define MAY_COMMIT(g) ((g == 0 && !item) || (item && gen == g && winner == NONE))
#endif
#endif

proctype attempt(byte me; byte g) {
  byte answer = NONE;
  byte tries = 0;
  if
  :: kills == 0 -> kills++; goto over
  :: true
  fi;
again:
  atomic {                                                                  /* C: commit */
    if
    :: MAY_COMMIT(g) ->
       item = true; gen = g; winner = me; won[me] = true;
       elected[g]++;
       assert(elected[g] == 1)                                              /* one winner a generation */
    :: else
    fi;
    tries++
  }
  if
  :: tries < 2 -> goto again                                                /* the response was lost */
  :: true
  fi;
  atomic {
    if
    :: item && gen == g && winner != NONE ->                                /* won, or the race is lost to the winner */
#ifdef LOSER_ANSWERS_ITSELF
       answer = me
#else
       answer = winner
#endif
    :: else                                                                 /* superseded */
    fi
  }
  atomic {                                                                  /* the answer arrives, whenever */
    if
    :: answer != NONE && g == want -> told = answer
    :: else
    fi
  }
over:
  alive--
}

/* Two of them: a stage's consumers are many, and so are those that report a loss. */
proctype reader() {
  byte from;
  byte seen;
loop:
  atomic {
    if
    :: told != NONE -> seen = told; from = want
    :: told == NONE && read -> goto done
    fi
  }
  assert(won[seen]);                                                        /* no reader sees a loser */
  atomic {
    if
    :: !lost[seen] -> read = true; goto done
    :: else
    fi
  }
  atomic {                                                                  /* R: raise the generation */
#ifndef NEVER_RAISED
    if
#ifdef RAISE_UNCONDITIONALLY
    :: gen + 1 < GENERATIONS ->
#else
    :: gen == from && winner == seen ->
#endif
       assert(winner == NONE || lost[winner]);                              /* what is committed and there stays */
       gen++; winner = NONE; want = gen; told = NONE
    :: else
    fi
#else
    if
    :: told == seen -> told = NONE
    :: else
    fi
#endif
  }
  goto loop;
done:
  skip
}

/* Launches when nothing runs, and one copy beside the first attempt. It ends when somebody has read the output. */
active proctype driver() {
  run reader();
  run reader();
  do
  :: atomic { told == NONE && !read && launched < ATTEMPTS && (alive == 0 || launched == 1) -> launched++; alive++; run attempt(launched, want) }
  :: read -> break
  od
}

active proctype store() {
  do
  :: atomic { losses < 2 && winner != NONE && !lost[winner] && !read -> lost[winner] = true; losses++ }
  :: read -> break
  od
}
