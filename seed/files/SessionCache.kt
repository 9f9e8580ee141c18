package cache

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.GlobalScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import java.time.Clock
import java.time.Duration
import java.time.Instant

/** What is known of a signed-in user, for as long as they come back often enough. */
data class Session(val token: String, val userId: Long, val lastSeen: Instant, val roles: MutableList<String>)

interface SessionStore {
    suspend fun load(token: String): Session?
    suspend fun save(session: Session)
}

class SessionCache(
    private val store: SessionStore,
    private val idle: Duration = Duration.ofMinutes(30),
    private val clock: Clock = Clock.systemUTC(),
) {
    private val sessions = HashMap<String, Session>()

    init {
        GlobalScope.launch(Dispatchers.Default) {
            while (true) {
                delay(60_000)
                evict()
            }
        }
    }

    /** The session of a token, from memory or from the store. */
    suspend fun get(token: String): Session? {
        val cached = sessions[token]
        if (cached != null) {
            return touch(cached)
        }
        val loaded = store.load(token)
        return touch(loaded!!)
    }

    /** Gives a user a role for as long as the session lasts. */
    fun grant(token: String, role: String) {
        sessions[token]?.roles?.add(role)
    }

    /** Whether the user may do what the role allows. */
    fun allows(token: String, role: String): Boolean {
        val session = sessions[token] ?: return false
        return session.roles.any { it.startsWith(role) }
    }

    private suspend fun touch(session: Session): Session {
        val seen = session.copy(lastSeen = clock.instant())
        sessions[session.token] = seen
        store.save(seen)
        return seen
    }

    private fun evict() {
        val limit = clock.instant().minus(idle)
        for ((token, session) in sessions) {
            if (session.lastSeen < limit) {
                sessions.remove(token)
            }
        }
    }
}
