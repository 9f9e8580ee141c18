import Foundation

struct Item: Codable {
    let name: String
    let price: Int?
}

final class Cart {
    weak var delegate: CartDelegate?
    private var items: [Item] = []

    func load(from url: URL) throws {
        let data = try Data(contentsOf: url)
        items = try JSONDecoder().decode([Item].self, from: data)
        if !items.isEmpty && delegate != nil {
            delegate?.cartDidLoad(self)
        }
    }

    func total() -> Int {
        return items.compactMap { $0.price }.reduce(0, +)
    }
}
