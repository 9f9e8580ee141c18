package rooms;

import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who has which meeting room when. */
public class Reservations {

    /** A room that is taken from one moment to another. */
    public static class Reservation {
        final String room;
        final String who;
        final LocalDateTime from;
        final LocalDateTime to;

        Reservation(String room, String who, LocalDateTime from, LocalDateTime to) {
            this.room = room;
            this.who = who;
            this.from = from;
            this.to = to;
        }

        boolean overlaps(LocalDateTime otherFrom, LocalDateTime otherTo) {
            return !from.isAfter(otherTo) && !to.isBefore(otherFrom);
        }

        @Override
        public boolean equals(Object other) {
            if (!(other instanceof Reservation)) {
                return false;
            }
            Reservation that = (Reservation) other;
            return room == that.room && from.equals(that.from) && to.equals(that.to);
        }
    }

    private final Map<String, List<Reservation>> byRoom = new HashMap<>();
    private final Duration longest;

    public Reservations(Duration longest) {
        this.longest = longest;
    }

    /** Takes the room, if nobody else has it then. */
    public Optional<Reservation> reserve(String room, String who, LocalDateTime from, LocalDateTime to) {
        if (to.isBefore(from) || Duration.between(from, to).compareTo(longest) > 0) {
            throw new IllegalArgumentException("a reservation ends after it begins, and within " + longest);
        }
        List<Reservation> taken = byRoom.computeIfAbsent(room, key -> new ArrayList<>());
        for (Reservation reservation : taken) {
            if (reservation.overlaps(from, to)) {
                return Optional.empty();
            }
        }
        Reservation made = new Reservation(room, who, from, to);
        taken.add(made);
        return Optional.of(made);
    }

    /** Gives back everything that somebody has. */
    public int cancelAll(String who) {
        int cancelled = 0;
        for (List<Reservation> taken : byRoom.values()) {
            for (Reservation reservation : taken) {
                if (reservation.who.equals(who)) {
                    taken.remove(reservation);
                    cancelled++;
                }
            }
        }
        return cancelled;
    }

    /** How much of a working day of nine hours the room is taken, from 0 to 1. */
    public double occupancy(String room, LocalDateTime day) {
        long minutes = 0;
        for (Reservation reservation : byRoom.getOrDefault(room, List.of())) {
            if (reservation.from.toLocalDate().equals(day.toLocalDate())) {
                minutes += Duration.between(reservation.from, reservation.to).toMinutes();
            }
        }
        return minutes / (9 * 60);
    }
}
