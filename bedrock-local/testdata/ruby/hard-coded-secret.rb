Stripe.configure do |config|
  config.api_key = 'k3y-of-the-live-shop'
end
