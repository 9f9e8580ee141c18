class ReportsController < ApplicationController
  def show
    render json: @report.send(params[:column])
  end
end
