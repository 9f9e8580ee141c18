func city(of user: User) -> String {
    return user.address!.city
}
